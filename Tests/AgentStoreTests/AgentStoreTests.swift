// AgentStoreTests
