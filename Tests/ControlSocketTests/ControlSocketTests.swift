// ControlSocketTests
