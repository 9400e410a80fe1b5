package identity

import (
	"strconv"
	"time"
)

// tokenAnswer is the answer of the token endpoint (RFC 6749, 5.1). All tokens
// that it gives are alike, whichever version was asked.
type tokenAnswer struct {
	TokenType        string `json:"token_type"`
	ExpiresIn        int    `json:"expires_in"` // seconds
	ExtendedExpireIn int    `json:"ext_expires_in"`
	AccessToken      string `json:"access_token"`
}

func secondAnswer(token string) tokenAnswer {
	seconds := int(DefaultLifetime / time.Second)
	return tokenAnswer{"Bearer", seconds, seconds, token}
}

// firstTokenAnswer is the answer of the first version of the platform's
// endpoint, which writes numbers as text and times as seconds since 1970.
type firstTokenAnswer struct {
	TokenType        string `json:"token_type"`
	ExpiresIn        string `json:"expires_in"`
	ExtendedExpireIn string `json:"ext_expires_in"`
	ExpiresOn        string `json:"expires_on"`
	NotBefore        string `json:"not_before"`
	Resource         string `json:"resource"`
	AccessToken      string `json:"access_token"`
}

func firstAnswer(token, resource string, now time.Time) firstTokenAnswer {
	if resource == "" {
		resource = Audience
	}
	seconds := strconv.Itoa(int(DefaultLifetime / time.Second))
	return firstTokenAnswer{
		TokenType: "Bearer", ExpiresIn: seconds, ExtendedExpireIn: seconds,
		ExpiresOn: unixText(now.Add(DefaultLifetime)), NotBefore: unixText(now),
		Resource: resource, AccessToken: token,
	}
}

func unixText(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
