/** Whether a request concerns a policy; or why that cannot be told, which its failurePolicy then decides. */
export type Match = { readonly matches: boolean } | { readonly error: string }
