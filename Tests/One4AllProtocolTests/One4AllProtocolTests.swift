// One4AllProtocolTests
