package jsondiff

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// isSameNumber says whether a number that a guest gave back is the one that it was given. It is if both mean the same decimal
// (`1.0`, `1` and `10e-1` do), and also if the guest gave back what a double makes of the original: a guest whose JSON library
// knows only doubles hands on 9007199254740993 as 9007199254740992 without its policy having touched it. The other way round no
// double leads: that is a change that somebody wanted.
func isSameNumber(original, returned string) bool {
	if original == returned {
		return true
	}
	decimal := normalize(returned)
	if decimal == normalize(original) {
		return true
	}
	double, err := strconv.ParseFloat(original, 64)
	if err != nil || math.IsInf(double, 0) {
		return false
	}
	// libraries write a double with the fewest digits that lead back to it; whoever casts it to an integer writes all
	if decimal == normalize(strconv.FormatFloat(double, 'e', -1, 64)) {
		return true
	}
	whole, accuracy := big.NewFloat(double).Int(nil)
	return accuracy == big.Exact && decimal == normalize(whole.String())
}

var number = regexp.MustCompile(`^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$`)

// Sign, digits without zeros around them, and the power of ten of the last one: equal texts are equal numbers.
func normalize(source string) string {
	parts := number.FindStringSubmatch(source)
	if parts == nil {
		return source
	}
	sign, whole, fraction, exponent := parts[1], parts[2], parts[3], parts[4]
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	short := strings.TrimRight(digits, "0")
	power := big.NewInt(int64(len(digits) - len(short) - len(fraction)))
	if given, ok := new(big.Int).SetString(strings.TrimPrefix(exponent, "+"), 10); ok {
		power.Add(power, given)
	}
	return sign + short + "e" + power.String()
}
