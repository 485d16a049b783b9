# Denies workloads with fewer or more replicas than any of the ranges allows. Written as Gatekeeper's templates are.
package policy

violation contains {"msg": msg} if {
	replicas := input.review.object.spec.replicas
	not is_allowed(replicas)
	msg := sprintf("%s has %d replicas, which is outside of the allowed ranges: %s", [
		input.review.object.metadata.name, replicas,
		concat(", ", [text | some range in input.parameters.ranges; text := sprintf("%d to %d", [range.min_replicas, range.max_replicas])]),
	])
}

# Parameters are not checked before they are used; without this one, the policy would allow everything.
violation contains {"msg": "the parameter ranges is missing, or is no list"} if not has_ranges

has_ranges if is_array(input.parameters.ranges)

is_allowed(replicas) if {
	some range in input.parameters.ranges
	replicas >= range.min_replicas
	replicas <= range.max_replicas
}
