// ReaderLineTests
