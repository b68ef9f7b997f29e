// RehearsalTests
