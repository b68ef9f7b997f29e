// CloudClientTests
