"""What went wrong, said on a page: in plain words, without a traceback, and what to do."""

from __future__ import annotations

import logging

from aiohttp import web

from bot.console.rendering import render, text, told
from bot.database.engine import DatabaseError
from bot.errors import KyrError, reason_of
from bot.web.headers import Handler

logger = logging.getLogger(__name__)

_TEXTS = {403: "error_forbidden", 404: "error_not_found", 413: "error_too_large", 421: "error_other_name"}


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with a page."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        if error.content_type == "text/html":
            raise
        return _page(request, error.status, text(request, _TEXTS.get(error.status, "error_bad_request")))
    except ConnectionResetError:
        raise  # the browser went away; there is nobody to answer
    except DatabaseError as error:
        return _page(request, 503, told(request, error.message))
    except KyrError as error:
        return _page(request, 409, told(request, error.message))
    except OSError as error:
        logger.error("%s failed: %s", request.path, error.strerror)
        reason = told(request, reason_of(error))
        return _page(request, 507, text(request, "error_disk", REASON=reason))
    except Exception as error:
        # Staff read residents' questions here: the text of an error may hold some.
        logger.error("%s failed: %s", request.path, type(error).__name__)
        return _page(request, 500, text(request, "error_unforeseen"))


def _page(request: web.Request, status: int, message: str) -> web.Response:
    return render(request, "refusal.html", status=status, message=message)
