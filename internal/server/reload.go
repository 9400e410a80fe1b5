package server

import "context"

// Reload has the server's certificate read, or made, anew. Everything else that
// may change while a server runs it looks up as it is needed; what flags and the
// environment say is for the next start. A certificate that cannot be read is
// logged, and the last one stays in use.
func (s *Server) Reload(ctx context.Context) {
	log := s.parts.Config.Log
	if s.certificates == nil {
		log.InfoContext(ctx, "told to reload: there is no certificate, and nothing else to read again")
		return
	}
	if err := s.certificates.renew(); err != nil {
		log.ErrorContext(ctx, "told to reload: the new certificate cannot be used; the last one stays", "error", err)
		return
	}
	log.InfoContext(ctx, "told to reload: the certificate is new")
}
