(* Tactics for identities and signs of rational functions over the reals: no axiom beyond those of Coq's reals.

   What a generated file asks of them:
   - [by_field]: left = right, both rational in the variables and in function values such as ln (1 + x), where every
     denominator is assumed to be different from 0 (a hypothesis of the theorem, in the file for everyone to see);
   - [nonneg]: 0 <= e for e built by sums, products and powers from things that are nonnegative by hypothesis. *)

From Coq Require Export Reals Lra.
Open Scope R_scope.

Lemma product_nonzero : forall x y : R, x <> 0 -> y <> 0 -> x * y <> 0.
Proof. intros x y Hx Hy. apply Rmult_integral_contrapositive_currified; assumption. Qed.

Lemma opposite_nonzero : forall x y : R, y <> 0 -> x = - y -> x <> 0.
Proof. intros x y Hy E. rewrite E. apply Ropp_neq_0_compat. exact Hy. Qed.

Lemma power_nonzero : forall (x : R) (n : nat), x <> 0 -> x ^ n <> 0.
Proof. intros x n Hx. apply pow_nonzero. exact Hx. Qed.

Lemma square_nonneg : forall x : R, 0 <= x ^ 2.
Proof. intro x. apply pow2_ge_0. Qed.

(* p/d^2 has the sign of p. *)
Lemma quotient_nonneg : forall p d : R, 0 <= p -> d <> 0 -> 0 <= p / d ^ 2.
Proof.
  intros p d Hp Hd. apply Rmult_le_pos; [exact Hp | left].
  apply Rinv_0_lt_compat. destruct (square_nonneg d) as [H | H]; [exact H | exfalso].
  apply (power_nonzero d 2 Hd). symmetry. exact H.
Qed.

(* A multiple, up to sign and a rational factor, of something assumed to be nonzero; or a product of such. *)
Ltac nonzero :=
  match goal with
  | H : ?e <> 0 |- ?e <> 0 => exact H
  | |- _ * _ <> 0 => apply product_nonzero; nonzero
  | |- _ ^ _ <> 0 => apply power_nonzero; nonzero
  | |- / _ <> 0 => apply Rinv_neq_0_compat; nonzero
  | |- - _ <> 0 => apply Ropp_neq_0_compat; nonzero
  | |- PI <> 0 => exact PI_neq0
  | |- exp ?x <> 0 => apply Rgt_not_eq; apply exp_pos
  | |- _ <> 0 => lra
  | H : ?d <> 0 |- ?e <> 0 => let Z := fresh in intro Z; apply H; lra
  | |- ?e <> 0 => let Z := fresh in intro Z; nra
  end.

Ltac conditions := repeat split; nonzero.

Ltac by_field :=
  intros;
  first [ reflexivity | ring | solve [field; conditions] | solve [rewrite ?pow_add; ring] | solve [lra] ].

Ltac nonneg :=
  match goal with
  | H : 0 <= ?e |- 0 <= ?e => exact H
  | |- 0 <= ?a + ?b => apply Rplus_le_le_0_compat; nonneg
  | |- 0 <= ?a * ?b => apply Rmult_le_pos; nonneg
  | |- 0 <= ?a ^ 2 => apply square_nonneg
  | |- 0 <= ?a ^ ?n => apply pow_le; nonneg
  | |- 0 <= _ => lra
  end.
