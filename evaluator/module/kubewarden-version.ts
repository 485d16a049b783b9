/** The release whose contracts we follow; policies may ask for a newer one. */
export const KUBEWARDEN_VERSION = '1.37.2'
