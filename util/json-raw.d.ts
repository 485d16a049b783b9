// https://github.com/tc39/proposal-json-parse-with-source, in V8 since Node 22; TypeScript's libraries do not have it yet.
interface JSON {
  /** A value that `JSON.stringify` writes as this text. */
  rawJSON(text: string): { readonly rawJSON: string }
  isRawJSON(value: unknown): value is { readonly rawJSON: string }
}
