// The room is declared; its first file follows.
