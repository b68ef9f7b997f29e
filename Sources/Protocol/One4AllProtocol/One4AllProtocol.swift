// One4AllProtocol
