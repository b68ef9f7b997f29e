// RehearsalTool
