# The API and the bots that it starts, with the Chromium that they sign in with. Runs as an ordinary user.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium \
    && rm -rf /var/lib/apt/lists/* \
    # Chromium's own sandbox needs rights that a container does not have; the container takes its place
    && printf '#!/bin/sh\nexec /usr/bin/chromium --no-sandbox "$@"\n' > /usr/local/bin/chromium-in-container \
    && chmod 755 /usr/local/bin/chromium-in-container \
    && useradd --create-home --uid 1000 atoz

WORKDIR /home/atoz/project
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY common common
COPY contract contract
COPY bot bot
COPY simulator simulator
COPY backend backend
RUN install --directory --owner=atoz --group=atoz --mode=0700 /home/atoz/data /home/atoz/data/logs

ENV PYTHONPATH=/home/atoz/project:/home/atoz/project/backend \
    PYTHONUNBUFFERED=1 \
    ATOZ_DATA_DIR=/home/atoz/data \
    CHROMIUM_PATH=/usr/local/bin/chromium-in-container
USER atoz
VOLUME /home/atoz/data
EXPOSE 8000

# inside of the container every address; docker-compose.yml publishes it to 127.0.0.1 alone
CMD ["sh", "-c", "python -m app.database.migrate && exec python -m uvicorn app.main:app --host 0.0.0.0 --port 8000 --no-server-header --no-access-log --timeout-graceful-shutdown 5"]
