"""Activations: text or a name -> an expression tree, checked, with its exact pieces and every arithmetic's form."""

from theory.activation.activation import Activation, catalogue
from theory.activation.catalogue import CATALOGUE
from theory.activation.expression import Expression
from theory.activation.parser import parse_expression

__all__ = ["CATALOGUE", "Activation", "Expression", "catalogue", "parse_expression"]
