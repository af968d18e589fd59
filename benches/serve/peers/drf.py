"""djangorestframework-api-key behind one view, for `uvicorn --interface wsgi drf:application`; as a program it makes keys."""

import sys

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    API_KEY_CUSTOM_HEADER="HTTP_API_SECRET_KEY",
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "drf.db", "CONN_MAX_AGE": None}
    },
    INSTALLED_APPS=["rest_framework", "rest_framework_api_key"],
    MIDDLEWARE=[],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF="drf",
    SECRET_KEY="a benchmark",
)
django.setup()

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_api_key.models import APIKey
from rest_framework_api_key.permissions import HasAPIKey


class Check(APIView):
    permission_classes = [HasAPIKey]

    def get(self, request):
        return Response(headers={"Content-Length": "0"})


urlpatterns = [path("check", Check.as_view())]
application = get_wsgi_application()

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    for number in range(int(sys.argv[1])):
        print(APIKey.objects.create_key(name=str(number))[1])
