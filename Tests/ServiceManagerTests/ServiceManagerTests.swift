// ServiceManagerTests
