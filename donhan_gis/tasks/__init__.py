"""The tasks, one module an area: the only place that joins engines, files and the project database.

Importing this package fills `donhan_gis.task.TASKS`.
"""

from donhan_gis.tasks import project  # isort: skip  the order is that of the menus
from donhan_gis.tasks import demo  # isort: skip
from donhan_gis.tasks import importing  # isort: skip
from donhan_gis.tasks import template  # isort: skip
from donhan_gis.tasks import quality  # isort: skip
from donhan_gis.tasks import year  # isort: skip
from donhan_gis.tasks import taxation  # isort: skip
from donhan_gis.tasks import freezing  # isort: skip
from donhan_gis.tasks import rerun  # isort: skip
from donhan_gis.tasks import compare  # isort: skip
from donhan_gis.tasks import what_if  # isort: skip
from donhan_gis.tasks import notices  # isort: skip
from donhan_gis.tasks import collection  # isort: skip
from donhan_gis.tasks import petitions  # isort: skip
from donhan_gis.tasks import use_changes  # isort: skip
from donhan_gis.tasks import arrears  # isort: skip
from donhan_gis.tasks import takings  # isort: skip
from donhan_gis.tasks import signboards  # isort: skip
from donhan_gis.tasks import forms  # isort: skip
from donhan_gis.tasks import traces  # isort: skip
from donhan_gis.tasks import standard  # isort: skip
from donhan_gis.tasks import farm_minimum  # isort: skip
from donhan_gis.tasks import watering  # isort: skip

__all__ = ["arrears", "collection", "compare", "demo", "farm_minimum", "forms", "freezing", "importing", "notices"]
__all__ += ["petitions", "project", "quality", "rerun", "signboards", "standard", "takings", "taxation", "template"]
__all__ += ["traces", "use_changes", "watering", "what_if", "year"]
