# One image for web, worker and beat; docker-compose.yml says which of them a container is.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements/ requirements/
COPY package.json package-lock.json .npmrc ./
COPY scripts/ scripts/
# The same set-up as on anybody's machine: the locked packages in .venv, the design system in var/design-system.
RUN python -m scripts.setup demo
COPY . .
# Collecting needs settings but no secret and no service; the key below never leaves this step.
RUN SECRET_KEY=for-this-step-only .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && .venv/bin/python -m compileall -q .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portal
WORKDIR /app
COPY --from=build /app /app
RUN mkdir -p /app/var/private && chown portal /app/var /app/var/private
USER portal
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
CMD ["gunicorn", "ace_portal.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
