package web

import "strings"

// What a User-Agent header says, in the order in which it must be looked for:
// most browsers claim to be others as well.
var (
	browsers = [][2]string{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS", "Firefox"},
		{"CriOS", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	}
	machines = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// browser says in a few words from where somebody logs in, for his own list of
// logins: "Firefox, Windows". Of the header itself nothing is kept.
func browser(userAgent string) string {
	var words []string
	for _, list := range [][][2]string{browsers, machines} {
		for _, known := range list {
			if strings.Contains(userAgent, known[0]) {
				words = append(words, known[1])
				break
			}
		}
	}
	return strings.Join(words, ", ")
}
