module gatehouse.example/policies/ingress-tls

go 1.25

require github.com/kubewarden/policy-sdk-go v0.13.1

require github.com/wapc/wapc-guest-tinygo v0.3.3 // indirect
