// CloudClient
