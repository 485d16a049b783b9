import { GuestFailure } from '../../guest.ts'

// Far more than a policy has a use for, and what a thread's heap has room for.
const MAX_CHARACTERS = 4 * 1024 * 1024
const MAX_MEMBERS = 100_000

/** Refuses a result before it is made: a few characters can ask for gigabytes. @throws GuestFailure */
export function limitCharacters(count: number): void {
  if (!(count <= MAX_CHARACTERS)) {
    throw new GuestFailure(`a built-in would make a text of ${count} characters, where ${MAX_CHARACTERS} are allowed`)
  }
}

/** As `limitCharacters`, for lists. */
export function limitMembers(count: number | bigint): void {
  if (!(count <= MAX_MEMBERS)) {
    throw new GuestFailure(`a built-in would make a list of ${count} members, where ${MAX_MEMBERS} are allowed`)
  }
}
