# One image for web, workers and sweeper; the command says which.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell \
    STATIC_ROOT=/srv/static
WORKDIR /srv/annsite
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py pyproject.toml ./
COPY annsite annsite
COPY engine engine
COPY exercises exercises
COPY lessons lessons
COPY static static
COPY templates templates
RUN SECRET_KEY=only-for-this-step DATABASE_URL=sqlite:////tmp/build.sqlite3 python manage.py collectstatic --no-input \
    && python -m compileall -q . \
    && useradd --system --no-create-home --uid 10001 annsite
USER 10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "annsite.wsgi:application"]
