# Python packages from the lock file, by hash
FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements/production.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r production.txt

# Scripts, styles, icons, fonts
FROM node:24-bookworm-slim AS frontend
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts
COPY --from=packages /opt/venv/lib/python3.11/site-packages/crispy_bootstrap5/templates /crispy
COPY . /app
RUN CRISPY_TEMPLATES=/crispy node build.mjs

FROM python:3.11-slim-bookworm
RUN apt-get update \
  && apt-get install -y --no-install-recommends libzbar0 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 fieldloop \
  && install -d -o fieldloop /data/media
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MEDIA_ROOT=/data/media
WORKDIR /app
COPY . .
COPY --from=frontend /app/build build
# where the search of day plans keeps what it compiled: below for the processor of this machine, at its first plan for another
RUN install -d -o fieldloop build/numba
RUN export DEVELOPMENT=1 DATABASE_URL=postgres://none/ REDIS_URL=redis://none/ \
  && python manage.py messages --compile \
  && python manage.py collectstatic --no-input --verbosity 0
USER fieldloop
RUN python -c "import routing.planning.planner"
VOLUME /data/media
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "8", "--preload", \
  "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
