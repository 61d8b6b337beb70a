// Loaded when the first chart or graph is shown.
export {};
