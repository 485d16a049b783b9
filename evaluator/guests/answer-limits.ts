/** As much as the API server may send us: what a policy gives back is an object of that size, or a few words. */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024

/** How much is taken of a text that says what went wrong. */
export const MAX_ERROR_BYTES = 64 * 1024

/** How much is taken of the names by which a host call says what it is for. */
export const MAX_NAME_BYTES = 256
