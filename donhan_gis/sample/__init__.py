"""The invented sample municipality (ข้อมูลตัวอย่าง) inside the true boundary of ต.ดอนหัน."""

from donhan_gis.sample.defects import Defect
from donhan_gis.sample.town import Sample, build

__all__ = ["Defect", "Sample", "build"]
