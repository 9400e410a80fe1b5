package upload

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"time"
)

// protocolVersion is the version of the storage services' protocols that the
// handler follows.
const protocolVersion = "2023-11-03"

// sign returns the address of a container below the host. Whoever has it may
// write to the container until the session expires. It has the parameters of a shared access
// signature for a directory; no character of it needs escaping, as clients
// paste it together by hand.
func (s *Service) sign(c Container) string {
	expiry := c.SessionExpires.UTC().Format(time.RFC3339)
	query := "sv=" + protocolVersion + "&sr=d&sdd=2&sp=racwdl&spr=https&se=" + expiry +
		"&sig=" + s.signature(c.Connector, c.ID, expiry)
	return "/" + s.Tenant + "/" + c.Connector + "/" + c.ID + "?" + query
}

func (s *Service) signature(connector, container, expiry string) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte(s.Tenant + "\n" + connector + "\n" + container + "\n" + expiry))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// signed reports whether a query has the signature for a container, and its
// time is not over.
func (s *Service) signed(connector, container string, query url.Values) bool {
	want := s.signature(connector, container, query.Get("se"))
	if !hmac.Equal([]byte(want), []byte(query.Get("sig"))) {
		return false
	}
	expiry, err := time.Parse(time.RFC3339, query.Get("se"))
	return err == nil && s.Now().Before(expiry)
}
