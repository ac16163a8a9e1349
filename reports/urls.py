"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from reports.decisions.views import decisions
from reports.views import weekly
from reports.views.definitions import definitions
from reports.views.overdue import overdue
from reports.views.overview import overview

register_converter(converters.Week, "week")

app_name = "reports"
urlpatterns = [
    path("", overview, name="overview"),
    path("overdue/", overdue, name="overdue"),
    path("decisions/", decisions, name="decisions"),
    path("reports/", weekly.reports, name="list"),
    path("reports/<week:week>/", weekly.report, name="report"),
    path("reports/<week:week>.json", weekly.report_json, name="report_json"),
    path("reports/<week:week>/refresh/", weekly.refresh, name="refresh"),
    path("reports/<week:week>/publish/", weekly.publish, name="publish"),
    path("reports/<week:week>/release/", weekly.release, name="release"),
    path("reports/<week:week>/withdraw/", weekly.withdraw, name="withdraw"),
    path("definitions/", definitions, name="definitions"),
]
