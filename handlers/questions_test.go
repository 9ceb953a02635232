package handlers_test

import (
	"encoding/json"
	"net/url"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// registration is the register form, filled in, about to be saved.
func registration(idName, name string) url.Values {
	return url.Values{
		"op": {"save"}, "id_name": {idName},
		"name_nb": {name}, "name_nn": {name}, "name_en": {name},
		"description_nb": {"Regnskap i skyen"}, "description_nn": {"Rekneskap i skya"}, "description_en": {"Accounting in the cloud"},
		"client_issuer": {kit.Issuer1}, "client_id": {"client-" + idName},
		"asks": {kit.TaxPackage}, "purpose_nb": {"Vi leverer skattemeldingen"}, "purpose_nn": {""}, "purpose_en": {""},
		"redirect_urls": {"https://program.example/back"},
	}
}

// enrichment is the native question of an issuer.
func enrichment(issuer, client, customer, ref string) string {
	return text(map[string]any{
		"issuer": issuer, "client": map[string]any{"id": client},
		"authorization_details": []any{map[string]any{
			"type": "urn:altinn:systemuser", "systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer},
			"externalRef": ref,
		}},
	})
}

// evaluation is the question of an API.
func evaluation(user, party, resource, action string) string {
	return text(map[string]any{
		"subject": map[string]any{"type": "urn:altinn:systemuser", "id": user}, "action": map[string]any{"name": action},
		"resource": map[string]any{"type": "urn:altinn:resource", "id": resource, "properties": map[string]any{"party": party}},
	})
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
