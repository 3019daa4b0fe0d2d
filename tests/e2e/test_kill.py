"""kill -9 at every hand-over: no announcement is lost, none is told twice but where the receiver's answer was lost, and then marked."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import doomed
import pytest
from newsroom import Notice, Service
from scene import Scene, staged


@pytest.fixture
async def scene(tmp_path, slack, post) -> AsyncIterator[Scene]:
    # One courier: at each moment one message is under way, so the test knows which one the kill meets.
    async with staged(tmp_path, slack, post, couriers=1) as made:
        yield made


@pytest.mark.parametrize("moment", doomed.MOMENTS)
async def test_killed_at_a_hand_over_of_the_store(scene, moment):
    """In this process alone: after a claim, around the desk's commit, around the marks of a delivery."""
    program = (sys.executable, str(Path(__file__).with_name("doomed.py")))
    service = await Service.start(scene.folder, *program, RAREWATCH_DATABASE_URL=f"doomed:///{scene.database}", DOOMED_AT=moment)
    assert await service.ended() == -signal.SIGKILL

    await scene.recover()

    # The receiver's answer was lost with the process; Slack can be asked whether it has the message, a mail server cannot.
    assert scene.posted == scene.told
    assert scene.repeated_mails() == (1 if moment == "mail-answered" else 0)
    assert scene.marked() == (1 if moment in {"sending", "mail-answered"} else 0)


@pytest.mark.parametrize("door", ["feed", "list", "article"])
async def test_killed_while_a_publisher_is_asked(scene, door):
    scene.doors[door].open.clear()
    service = await scene.service()
    await scene.doors[door].came.wait()

    assert await service.end(signal.SIGKILL) == -signal.SIGKILL
    scene.doors[door].open.set()
    await scene.recover()

    assert (scene.posted, scene.mailed, scene.marked()) == (scene.told, scene.told, 0)


@pytest.mark.parametrize("via", ["slack", "mail"])
async def test_killed_while_the_receiver_has_not_taken_the_message(scene, via):
    wire = scene.wire(via, "request")
    service = await scene.service()
    await wire.held.wait()

    assert await service.end(signal.SIGKILL) == -signal.SIGKILL
    wire.cut()
    await scene.recover()

    assert (scene.posted, scene.mailed) == (scene.told, scene.told)
    assert scene.marked() == 1  # nobody can know that it had not arrived


@pytest.mark.parametrize("via", ["slack", "mail"])
async def test_killed_after_the_receiver_took_the_message_and_before_its_answer(scene, via):
    wire = scene.wire(via, "answer")
    service = await scene.service()
    await wire.held.wait()

    assert await service.end(signal.SIGKILL) == -signal.SIGKILL
    wire.cut()
    await scene.recover()

    lost = 1 if via == "mail" else 0
    assert scene.posted == scene.told
    assert (scene.repeated_mails(), scene.marked()) == (lost, lost)


@pytest.mark.parametrize("via", ["slack", "mail"])
async def test_killed_while_it_ends_its_work(scene, via):
    wire = scene.wire(via, "request")
    service = await scene.service()
    await wire.held.wait()
    service.process.send_signal(signal.SIGTERM)
    await service.until("stopping")

    assert await service.end(signal.SIGKILL) == -signal.SIGKILL
    wire.cut()
    await scene.recover()

    assert (scene.posted, scene.mailed, scene.marked()) == (scene.told, scene.told, 1)


async def test_stopped_in_good_order_with_a_message_under_way(scene):
    """The other end of the same wire: SIGTERM lets what is in hand end, so that nothing is in doubt afterwards."""
    wire = scene.wire("mail", "answer")
    service = await scene.service()
    await wire.held.wait()
    service.process.send_signal(signal.SIGTERM)
    await service.until("stopping")
    wire.pass_on()

    assert await service.ended() == 0
    await scene.recover()

    assert (scene.posted, scene.mailed, scene.marked()) == (scene.told, scene.told, 0)


async def test_killed_again_and_again_at_any_moment(tmp_path, slack, post):
    """While announcements keep coming, and with eight messages under way at once."""
    moments = random.Random(20)
    places = iter(
        [
            "赣州",
            "包头",
            "冕宁",
            "龙南",
            "定南",
            "寻乌",
            "信丰",
            "安远",
            "全南",
            "微山",
            "德昌",
            "平远",
            "新丰",
            "长汀",
            "贺州",
            "江华",
        ]
    )
    async with staged(tmp_path, slack, post, couriers=8) as scene:
        for _ in range(8):
            scene.feed[:0] = [Notice(place, f"{place}发现新的稀土矿点") for place in (next(places), next(places))]
            service = await scene.service()
            await service.until("started")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(service.process.wait(), moments.uniform(0.0, 0.3))
            assert await service.end(signal.SIGKILL) == -signal.SIGKILL

        await scene.recover()

        assert scene.told.total() == 19
        assert scene.posted == scene.told
        assert scene.repeated_mails() <= scene.marked()
