/** A value as a field of the query language takes it, whatever is in it: in quotes. */
export const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;
