"""The invented sample municipality (ข้อมูลตัวอย่าง) inside the true boundary of ต.ดอนหัน."""
