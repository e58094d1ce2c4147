"""Django's own deployment checks with production settings: `python -m tests.deploy_check`."""

import os
import subprocess
import sys

from tests.stack import ROOT

PRODUCTION = {
    "DATABASE_URL": "postgres://annsite@localhost/annsite",
    "REDIS_URL": "redis://localhost:6379/0",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "annsite.example.org",
}

if __name__ == "__main__":
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    sys.exit(subprocess.run(command, cwd=ROOT, env=os.environ | PRODUCTION, check=False).returncode)
