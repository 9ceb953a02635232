package rar_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
)

func TestParseByExternalID(t *testing.T) {
	good := map[string]string{
		rar.ParamClientID: client, rar.ParamSupplier: string(supplier), rar.ParamCustomer: string(customer), rar.ParamExternalRef: "r1",
	}
	want := query()
	want.Issuer = "" // the caller's, which is not in the question
	check := func(t *testing.T, values map[string]string, want rar.Query) {
		t.Helper()
		got, err := rar.ParseByExternalID(func(name string) string { return values[name] }, party.Numbers{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("query (-want +got):\n%s", diff)
		}
	}
	t.Run("whole", func(t *testing.T) { check(t, good, want) })
	t.Run("without a reference", func(t *testing.T) {
		values := map[string]string{rar.ParamClientID: client, rar.ParamSupplier: string(supplier), rar.ParamCustomer: string(customer)}
		want := want
		want.ExternalRef = string(customer)
		check(t, values, want)
	})
	bad := []struct{ name, param, value, fault string }{
		{"no client", rar.ParamClientID, "", "required"},
		{"a client with a space", rar.ParamClientID, "a b", "client.form"},
		{"a client too long", rar.ParamClientID, strings.Repeat("c", 256), "client.form"},
		{"no supplier", rar.ParamSupplier, "", "required"},
		{"a supplier that is no number", rar.ParamSupplier, "991825828", "orgno.form"},
		{"a supplier with its prefix", rar.ParamSupplier, "0192:991825827", "orgno.form"},
		{"no customer", rar.ParamCustomer, "", "required"},
		{"a customer that is no number", rar.ParamCustomer, "313 775 429", "orgno.form"},
		{"a reference with a NUL", rar.ParamExternalRef, "r\x001", "text.control"},
		{"a reference that is no UTF-8", rar.ParamExternalRef, "r\xff1", "text.control"},
		{"a reference too long", rar.ParamExternalRef, strings.Repeat("r", 256), "too_long"},
	}
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			value := func(name string) string {
				if name == c.param {
					return c.value
				}
				return good[name]
			}
			_, err := rar.ParseByExternalID(value, party.Numbers{})
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Kind != models.Invalid {
				t.Fatalf("error %v, want invalid input", err)
			}
			if diff := cmp.Diff([]models.FieldError{{Field: c.param, Fault: c.fault}}, e.Fields); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
