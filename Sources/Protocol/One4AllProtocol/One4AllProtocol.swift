/// A frame.
public enum Frame: Equatable, Sendable { case endOfList }
