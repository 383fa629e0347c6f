"""The API of the laboratory: FastAPI with a health check, a check of its database, and CORS."""

import os

import psycopg
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI(title="academy-api")
app.add_middleware(
    CORSMiddleware,
    allow_origins=os.environ.get("ALLOWED_ORIGINS", "https://hakwonplus.test").split(","),
    allow_methods=["GET", "POST"],
    allow_headers=["Content-Type"],
)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "OK"}


@app.get("/api/health/db")
def database_health() -> JSONResponse:
    """It asks the database itself, as the first line of every request would."""
    try:
        with psycopg.connect(os.environ.get("ACADEMY_DB", ""), connect_timeout=1) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return JSONResponse({"status": "ERROR", "database": "Disconnected"}, status_code=503)
    return JSONResponse({"status": "OK", "database": "Connected"})


if os.environ.get("ROOT_ROUTE", "1") == "1":

    @app.get("/")
    def root() -> dict[str, str]:
        return {"name": "academy-api"}
