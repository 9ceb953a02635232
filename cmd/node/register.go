package node

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// RegisterSettings are what an operator can say about the business register.
type RegisterSettings struct {
	RegisterURL      string `name:"register-url" help:"Brønnøysundregistrene's API, as https://data.brreg.no/enhetsregisteret; without it no register is asked." env:"STAFETT_REGISTER_URL" json:"register_url"`
	RegisterMinutes  int    `name:"register-minutes" help:"How often changes are fetched from the register, in minutes." env:"STAFETT_REGISTER_MINUTES" default:"60" json:"register_minutes"`
	RegisterIssuer   string `name:"register-issuer" help:"Maskinporten, which gives tokens for the register's authorised API." env:"STAFETT_REGISTER_ISSUER" default:"https://maskinporten.no/" json:"register_issuer"`
	RegisterClientID string `name:"register-client-id" help:"Client at Maskinporten; with it the register also tells which persons hold which role." env:"STAFETT_REGISTER_CLIENT_ID" json:"register_client_id"`
	RegisterKeyFile  string `name:"register-key-file" help:"File that holds the client's private key (JWK)." env:"STAFETT_REGISTER_KEY_FILE" json:"register_key_file"`
	StruckOff        string `name:"struck-off" help:"What becomes of the system users of an organisation that is struck off: pause or flag." env:"STAFETT_STRUCK_OFF" default:"pause" json:"struck_off"`
}

// names of the settings of the register that can be faulty.
const (
	envRegister        = "STAFETT_REGISTER_URL"
	envRegisterMinutes = "STAFETT_REGISTER_MINUTES"
	envRegisterIssuer  = "STAFETT_REGISTER_ISSUER"
	envRegisterClient  = "STAFETT_REGISTER_CLIENT_ID"
	envRegisterKey     = "STAFETT_REGISTER_KEY_FILE"
	envStruckOff       = "STAFETT_STRUCK_OFF"
)

// flagOnly is the value of StruckOff that pauses nobody.
const flagOnly = "flag"

// Ask makes r ask the register that is set up, if any. All faults are told at
// once.
func (s Settings) Ask(r *registry.Registry) error {
	var f faults
	if client := s.register(&f); client != nil {
		r.Register, r.RegisterRoles = client, s.RegisterClientID != ""
	}
	return errors.Join(f...)
}

// register makes the client of the register; nil when none is set up. It asks
// nothing yet.
func (s Settings) register(f *faults) *brreg.Client {
	if s.StruckOff != "" && s.StruckOff != "pause" && s.StruckOff != flagOnly {
		f.add(envStruckOff, "is %q; it is pause or flag", s.StruckOff)
	}
	if s.RegisterURL == "" {
		if s.RegisterClientID != "" {
			f.add(envRegister, "is not set, but %s is", envRegisterClient)
		}
		return nil
	}
	if s.RegisterMinutes < 1 || s.RegisterMinutes > 24*60 { // the feeds are begun a day back
		f.add(envRegisterMinutes, "is %d; it is from 1 to %d", s.RegisterMinutes, 24*60)
	}
	cfg := brreg.Config{
		URL: s.RegisterURL, Client: auth.NewClient(), Now: time.Now, Numbers: party.Numbers{AdmitDocumentation: s.DocumentationOrgNos},
	}
	if s.RegisterClientID != "" {
		cfg.Token = s.registerToken(f)
	}
	client, err := brreg.New(cfg)
	if err != nil {
		f.add(envRegister, "does not hold: %v", err)
	}
	return client
}

// registerToken makes the source of tokens for the authorised API.
func (s Settings) registerToken(f *faults) func(context.Context) (string, error) {
	key, err := os.ReadFile(s.RegisterKeyFile)
	if err != nil {
		f.add(envRegisterKey, "cannot be read: %v", err)
		return nil
	}
	source, err := brreg.NewMaskinporten(brreg.MaskinportenConfig{
		Issuer: s.RegisterIssuer, ClientID: s.RegisterClientID, Key: key, Client: auth.NewClient(), Now: time.Now,
	})
	if err != nil {
		f.add(envRegisterIssuer, "or %s does not hold: %v", envRegisterKey, err)
		return nil
	}
	return source.Token
}

// syncRegister takes over what has changed in the register. Another node that
// was faster has done it.
func (n *Node) syncRegister(ctx context.Context) error {
	_, err := n.Registry.SyncRegister(ctx, Operator)
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.Conflict {
		return nil
	}
	return err
}
