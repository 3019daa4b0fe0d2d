# The build stage makes the wheel and an environment; only the environment goes into the image.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY config config
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheel . \
 && python -m venv --without-pip /opt/rarewatch \
 && python -m pip --python /opt/rarewatch/bin/python install --no-cache-dir "$(ls /wheel/*.whl)[postgres]"

FROM python:3.13-slim
LABEL org.opencontainers.image.title="rarewatch" org.opencontainers.image.licenses="MIT"
# The number is fixed so that whoever mounts a volume knows its owner.
RUN groupadd --system --gid 10001 rarewatch \
 && useradd --system --uid 10001 --gid rarewatch --no-create-home --home-dir /var/lib/rarewatch --shell /usr/sbin/nologin rarewatch \
 && install --directory --owner=rarewatch --group=rarewatch --mode=0750 /var/lib/rarewatch
COPY --from=build /opt/rarewatch /opt/rarewatch
COPY config /etc/rarewatch
ENV PATH=/opt/rarewatch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    RAREWATCH_CONFIG=/etc/rarewatch
# Relative SQLite paths of rarewatch.yaml begin here: the shipped one becomes /var/lib/rarewatch/var/rarewatch.db.
WORKDIR /var/lib/rarewatch
VOLUME /var/lib/rarewatch
USER 10001:10001
STOPSIGNAL SIGTERM
# Whether configuration, secrets and database are in order; it polls nobody and tells nobody.
HEALTHCHECK --interval=5m --timeout=30s --start-period=30s --retries=3 CMD ["rarewatch", "check"]
ENTRYPOINT ["rarewatch"]
CMD ["run"]
