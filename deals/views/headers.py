"""What goes with every answer, besides the content security policy and what Django's own middleware says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

NOT_USED = ("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
            "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking")  # fmt: skip
HEADERS = {
    # Passkeys are asked for by our own pages alone.
    "Permissions-Policy": ", ".join(
        [
            *(f"{name}=()" for name in NOT_USED),
            "publickey-credentials-create=(self)",
            "publickey-credentials-get=(self)",
        ]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    # A page that says nothing else is kept nowhere; static files say how long they last.
    "Cache-Control": "no-store",
}


class HeadersMiddleware:
    """Adds the headers that an answer has not got."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer
