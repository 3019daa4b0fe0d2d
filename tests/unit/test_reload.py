"""When edited files are read, and what becomes of them: the reloader against hands that only take notes."""

import asyncio
import os
from dataclasses import replace

import pytest
import yaml
from structlog.testing import capture_logs

from making import NOW, item
from rarewatch import config
from rarewatch.errors import ConfigError, Unavailable
from rarewatch.nouns.memory import Archived
from rarewatch.reload import Hands, Reloader, Settling, stamp_of

FILES = {
    "rarewatch.yaml": {"notifiers": {"c": {"kind": "console"}}},
    "audience.yaml": {"subscribers": [{"id": "desk", "deliver": [{"via": "c", "to": "here"}]}]},
    "entities.yaml": {"entities": []},
    "rules/r.yaml": {"rules": [{"id": "a", "title": "A", "when": {"terms": ["稀土"]}}]},
    "sources/s.yaml": {
        "publisher": {"id": "p", "name": "P"},
        "sources": [{"id": "s1", "kind": "feed", "url": "https://s1.example.com/"}],
    },
}
OTHER = {"rules": [{"id": "b", "title": "B", "when": {"terms": ["公告"]}, "match": ["公告"]}]}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        save(tmp_path, name, content)
    return tmp_path


def save(folder, name, content):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


class Service:
    """What a reloader has hands on; `refuses` is raised when something is to be taken over."""

    def __init__(self, folder, in_force=None):
        self.notes, self.taken, self.refuses, self.meanwhile = [], [], None, lambda: None
        self.asked = asyncio.Event()
        hands = Hands(past=self.past, find=self.find, take_over=self.take_over, note=self.note, now=lambda: NOW)
        self.reloader = Reloader(in_force or config.load(folder), hands, self.asked)

    async def past(self, limit):
        self.meanwhile()
        return [Archived(item(title="商务部公告", text=""))][:limit]

    async def find(self, examples):
        return {
            example: replace(example, title="公告") if example.item == 1 else "the archive has no such item" for example in examples
        }

    async def take_over(self, loaded, watch):
        if self.refuses:
            raise self.refuses
        self.taken.append((loaded, watch))
        return []

    async def note(self, note):
        self.notes.append(note)

    async def looks(self, count):
        with capture_logs() as logs:
            for _ in range(count):
                await self.reloader.look()
        return [line["event"] for line in logs], logs


@pytest.fixture
async def service(folder):
    made = Service(folder)
    await made.reloader.begin()
    assert (await made.looks(3))[0] == []  # read once more, for it may have changed since the start; nothing to tell
    return made


class TestSettling:
    def test_what_moves_is_waited_for(self):
        files = Settling()
        assert [files.rests(stamp) for stamp in "abcc"] == [False, False, False, True]

    def test_what_was_tried_is_not_tried_again_until_it_changes(self):
        files = Settling()
        files.tried("a")
        assert [files.rests(stamp) for stamp in "aabba"] == [False, False, False, True, False]

    def test_something_may_be_asked_for_again(self):
        files = Settling()
        files.tried("a")
        files.again()
        assert files.rests("a")


class TestStamp:
    def test_it_changes_with_every_kind_of_edit(self, folder):
        seen = [stamp_of(folder)]
        save(folder, "rules/r.yaml", OTHER)
        seen.append(stamp_of(folder))
        os.utime(folder / "audience.yaml", ns=(1, 1))
        seen.append(stamp_of(folder))
        (folder / "sources" / "s.yaml").rename(folder / "sources" / "t.yaml")
        seen.append(stamp_of(folder))
        (folder / "sources" / "t.yaml").unlink()
        seen.append(stamp_of(folder))
        assert len(set(seen)) == len(seen)
        assert stamp_of(folder) == seen[-1]

    def test_what_editors_leave_behind_does_not_count(self, folder):
        before = stamp_of(folder)
        for name in ("rules/.r.yaml.swp", "rules/r.yaml~", "notes.txt"):
            save(folder, name, "x")
        assert stamp_of(folder) == before

    def test_a_folder_that_is_gone_has_one_too(self, tmp_path):
        assert stamp_of(tmp_path / "none") == stamp_of(tmp_path / "none")

    def test_a_link_that_leads_nowhere_has_one_too(self, folder):
        (folder / "rules" / "x.yaml").symlink_to(folder / "nowhere")
        assert stamp_of(folder) == stamp_of(folder)


class TestReloader:
    async def test_what_is_in_force_already_is_not_read_again(self, folder):
        in_force = config.load(folder)
        save(folder, "rules/r.yaml", "rules: nonsense\n")  # which would be refused, were it read
        service = Service(folder, replace(in_force, digest=config.digest_of(folder)))
        service.asked.set()
        assert (await service.looks(3))[0] == ["reload-unchanged"]
        assert [note.words for note in service.notes] == [""]

    async def test_what_was_begun_with_is_noted(self, service):
        assert [(note.state, list(note.rules)) for note in service.notes[:1]] == [("in force", ["a"])]

    async def test_an_edit_is_taken_over_once_it_rests(self, service, folder):
        save(folder, "rules/r.yaml", OTHER)
        assert (await service.looks(1))[0] == []
        events, logs = await service.looks(3)
        assert events == ["reloaded"]
        assert (logs[0]["rules_added"], logs[0]["rules_removed"], logs[0]["alerts_gained"], logs[0]["items_tried"]) == (
            ["b"],
            ["a"],
            1,
            1,
        )
        ((loaded, watch),) = service.taken
        assert [match.rule for match in watch.findings("公告", "").matches] == ["b"]
        assert (service.notes[-1].state, service.notes[-1].digest) == ("in force", loaded.digest)

    async def test_whoever_asks_does_not_wait(self, service, folder):
        save(folder, "rules/r.yaml", OTHER)
        service.asked.set()
        assert (await service.looks(1))[0] == ["reloaded"]

    async def test_a_mistake_is_told_once_with_its_place(self, service, folder):
        save(folder, "rules/r.yaml", "rules:\n- id: b\n  title: B\n  when: {term: [x]}\n")
        events, logs = await service.looks(5)
        assert events == ["reload-refused"]
        (mistake,) = logs[0]["mistakes"]
        assert mistake.startswith(f"{folder / 'rules' / 'r.yaml'}:4:10: unknown condition 'term'")
        assert (service.taken, service.notes[-1].state, service.notes[-1].words) == ([], "refused", mistake)

    async def test_a_file_that_is_mended_is_taken_over(self, service, folder):
        save(folder, "rules/r.yaml", "rules: [")
        await service.looks(3)
        save(folder, "rules/r.yaml", OTHER)
        assert (await service.looks(3))[0] == ["reloaded"]

    async def test_an_edit_that_is_taken_back_is_in_force_again(self, service, folder):
        save(folder, "rules/r.yaml", "rules: [")
        await service.looks(3)
        save(folder, "rules/r.yaml", FILES["rules/r.yaml"])
        assert (await service.looks(3))[0] == []
        assert [note.state for note in service.notes[-2:]] == ["refused", "in force"]

    async def test_a_folder_that_is_gone_for_a_while_changes_nothing(self, service, folder):
        folder.rename(folder.with_name("away"))
        assert (await service.looks(3))[0] == ["reload-refused"]
        folder.with_name("away").rename(folder)
        assert (await service.looks(3))[0] == []

    async def test_examples_that_fail_are_a_mistake(self, service, folder):
        save(folder, "rules/r.yaml", {"rules": [{**OTHER["rules"][0], "ignore": ["商务部公告"]}]})
        _, logs = await service.looks(3)
        (mistake,) = logs[0]["mistakes"]
        assert "an example of b fails: it holds, by “公告”" in mistake

    async def test_examples_may_name_archived_items_and_one_that_is_not_there_is_no_mistake(self, service, folder):
        save(folder, "rules/r.yaml", {"rules": [{**OTHER["rules"][0], "match": [{"item": 1}, {"item": 2}]}]})
        assert (await service.looks(3))[0] == ["reloaded"]
        save(folder, "rules/r.yaml", {"rules": [{**OTHER["rules"][0], "ignore": [{"item": 1}]}]})
        assert (await service.looks(3))[0] == ["reload-refused"]

    async def test_what_cannot_be_taken_over_for_its_secrets_is_refused(self, service, folder):
        service.refuses = ConfigError("TOKEN is empty or not set")
        save(folder, "rules/r.yaml", OTHER)
        assert (await service.looks(4))[0] == ["reload-refused"]

    async def test_a_store_out_of_order_puts_it_off(self, service, folder):
        service.refuses = Unavailable("disk full")
        save(folder, "rules/r.yaml", OTHER)
        assert (await service.looks(3))[0] == ["reload-put-off", "reload-put-off"]
        service.refuses = None
        assert (await service.looks(1))[0] == ["reloaded"]

    async def test_a_bug_is_told_and_the_watch_goes_on(self, service, folder):
        service.refuses = ZeroDivisionError("oh")
        save(folder, "rules/r.yaml", OTHER)
        events, logs = await service.looks(4)
        assert events == ["bug", "reload-refused"]
        assert "ZeroDivisionError" in logs[1]["mistakes"][0]

    async def test_an_edit_while_another_is_taken_over_is_the_next_one(self, service, folder):
        save(folder, "rules/r.yaml", OTHER)
        service.meanwhile = lambda: save(folder, "rules/r.yaml", FILES["rules/r.yaml"])
        assert (await service.looks(2))[0] == ["reloaded"]
        service.meanwhile = lambda: None
        assert (await service.looks(3))[0] == ["reloaded"]
        assert [list(loaded.watch.rules) for loaded, _ in service.taken] == [["b"], ["a"]]
