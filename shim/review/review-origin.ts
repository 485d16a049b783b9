/** Which of Kubewarden's three endpoints was asked. */
export type ReviewOrigin = 'validate' | 'validate_raw' | 'audit'
