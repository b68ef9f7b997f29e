// ReaderLine
