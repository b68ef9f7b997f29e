// TechnicianTool
