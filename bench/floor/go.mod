module gatehouse.internal/floor

go 1.24
