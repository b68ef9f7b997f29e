// TechnicianToolTests
