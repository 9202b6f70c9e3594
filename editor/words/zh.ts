// Chinese (Simplified). A key is the English sentence as the code says it; see README.md here.
export const zh: Readonly<Record<string, string>> = {}
